//! Which names a probe may ask about, and what it is told.
//!
//! A question to a resolver reaches whoever runs the zone, so it carries data to them, and its answer tells of networks that
//! are nobody's business. So the host asks only about names that it knows itself, in its own spelling and once a run: the
//! remote's host, its aliases, and what the user expects something of. A name out of a certificate of the remote is asked
//! about for probes of this program alone, and of the answer they see only what they know.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::pki_types::CertificateDer;
use tokio::sync::OnceCell;

use super::resolver::Found;
use super::shown::Shown;
use super::{AddressPolicy, Resolved, Resolver};
use model::cleaner;
use model::failure::{Failure, FailureKind, Operation};
use model::remote::is_same_name;
use model::standing::Standing;

/// Names out of certificates that are asked about in a run. More are a content network's.
const MAX_OF_CERTIFICATES: usize = 10;
/// As much of a name that was asked for as a failure repeats.
const MAX_TOLD: usize = 100;

/// The names of one run, shared by its source addresses.
#[derive(Debug)]
pub struct Names {
    resolver: Resolver,
    policy: Arc<AddressPolicy>,
    /// The host of the settings that are tried, where it is another than the user's.
    proposed: Option<String>,
    /// What is known of a name, by its spelling here.
    answers: Mutex<BTreeMap<String, Answer>>,
    shown: Mutex<Shown>,
    of_certificates: Mutex<BTreeSet<String>>,
}

type Answer = Arc<OnceCell<Result<Found, Failure>>>;

/// A name that may be asked about, in our own spelling.
enum Known {
    /// The remote's host.
    Host,
    /// What the host is an alias of.
    Alias(String),
    /// The user expects something of it.
    Expected(String),
    /// Of the answer only the remote's own addresses are told.
    OwnAddresses(String),
}

impl Names {
    /// The names of a run that tries settings with this host.
    pub fn new(resolver: Resolver, policy: Arc<AddressPolicy>, host: &str) -> Names {
        let is_users = policy.authority().is_host(host);
        Names {
            resolver,
            policy,
            proposed: (!is_users).then(|| host.to_string()),
            answers: Mutex::default(),
            shown: Mutex::default(),
            of_certificates: Mutex::default(),
        }
    }

    /// The addresses of a name; those of the remote's host are learnt by the policy.
    ///
    /// # Errors
    /// The name may not be asked about, or could not be resolved.
    pub async fn resolve(&self, name: &str, asker: Standing) -> Result<Vec<Resolved>, Failure> {
        if let Ok(address) = name.parse::<IpAddr>() {
            let granted = self.policy.covers(address);
            return Ok(vec![Resolved { address, granted }]);
        }
        let known = self.known(name, asker).await;
        let known = known.ok_or_else(|| not_permitted(name, NOT_ASKED))?;
        let found = match &known {
            Known::Host => self.host().await?,
            Known::Alias(own) | Known::Expected(own) | Known::OwnAddresses(own) => {
                self.look_up(own).await?
            }
        };
        let resolved = found.addresses.into_iter().map(|address| Resolved {
            address,
            // What the user expects of a name is only compared.
            granted: !matches!(known, Known::Expected(_)) && self.policy.covers(address),
        });
        match known {
            Known::Host | Known::Alias(_) | Known::Expected(_) => Ok(resolved.collect()),
            Known::OwnAddresses(_) => {
                let own: Vec<Resolved> = resolved.filter(|it| it.granted).collect();
                match own.is_empty() {
                    true => Err(not_permitted(name, ELSEWHERE)),
                    false => Ok(own),
                }
            }
        }
    }

    /// The names that a name is an alias of.
    ///
    /// # Errors
    /// The name may not be asked about, or could not be resolved.
    pub async fn aliases(&self, name: &str, asker: Standing) -> Result<Vec<String>, Failure> {
        if name.parse::<IpAddr>().is_ok() {
            return Ok(Vec::new());
        }
        match self.known(name, asker).await {
            Some(Known::Host) => Ok(self.host().await?.aliases),
            Some(Known::Alias(own) | Known::Expected(own)) => Ok(self.look_up(&own).await?.aliases),
            // It leads to the remote, and by which way is not said.
            Some(Known::OwnAddresses(_)) => Ok(Vec::new()),
            None => Err(not_permitted(name, NOT_ASKED)),
        }
    }

    /// The addresses of a host that stands in a certificate as the place of its issuer.
    ///
    /// # Errors
    /// It could not be resolved.
    pub(super) async fn of_issuer(&self, host: &str) -> Result<Vec<IpAddr>, Failure> {
        Ok(self.look_up(host).await?.addresses)
    }

    /// A handshake with the remote showed this chain.
    pub fn chain_shown(&self, chain: &[CertificateDer<'static>]) {
        self.shown().chain(chain);
    }

    /// This certificate was fetched from where another says.
    pub(super) fn fetched(&self, der: &[u8]) {
        self.shown().fetched(der);
    }

    /// Whether a certificate that the host has seen says that its issuer is at this address.
    pub(super) fn names_issuer_at(&self, url: &str) -> bool {
        self.shown().names_issuer_at(url)
    }

    /// As what a name is known, if it may be asked about.
    async fn known(&self, name: &str, asker: Standing) -> Option<Known> {
        let authority = self.policy.authority();
        if authority.is_host(name) {
            return Some(Known::Host);
        }
        let same = |own: &&String| is_same_name(own, name);
        if let Some(own) = authority.expected_names().iter().find(same) {
            return Some(Known::Expected(own.clone()));
        }
        // What is known of all others depends on where the host leads.
        let host = self.host().await.ok();
        let aliases = host.iter().flat_map(|it| &it.aliases);
        if let Some(own) = { aliases }.find(same) {
            return Some(Known::Alias(own.clone()));
        }
        if let Some(own) = self.proposed.iter().find(same) {
            return Some(Known::OwnAddresses(own.clone()));
        }
        let own = match asker {
            Standing::BuiltIn => self.of_certificate(name)?,
            Standing::ThirdParty => return None,
        };
        Some(Known::OwnAddresses(own))
    }

    /// A name that stands in a certificate of the remote, in its spelling there: of such names only a few.
    fn of_certificate(&self, name: &str) -> Option<String> {
        let own = self.shown().host_name(name)?;
        let mut asked = lock(&self.of_certificates);
        let has_room = asked.contains(&own) || asked.len() < MAX_OF_CERTIFICATES;
        has_room.then(|| {
            asked.insert(own.clone());
            own
        })
    }

    /// Where the remote's host leads, whoever wants to know it.
    async fn host(&self) -> Result<Found, Failure> {
        let authority = self.policy.authority();
        if let Some(address) = authority.address() {
            return Ok(Found {
                addresses: vec![address],
                aliases: Vec::new(),
            });
        }
        let found = self.look_up(authority.host()).await?;
        self.policy.learn(&found.addresses);
        Ok(found)
    }

    /// A name is asked about once a run: how often somebody asks is nobody else's business.
    async fn look_up(&self, own: &str) -> Result<Found, Failure> {
        let answer = lock(&self.answers).entry(own.into()).or_default().clone();
        let found = answer.get_or_init(|| self.resolver.look_up(own)).await;
        found.clone()
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        lock(&self.shown)
    }
}

const NOT_ASKED: &str = "was not looked up: it is not the remote's host, one of its aliases, or a name given with \
--expect-name";
const ELSEWHERE: &str = "does not resolve to an address of the remote";

fn not_permitted(name: &str, why: &str) -> Failure {
    let name = cleaner::line(name, MAX_TOLD);
    let detail = format!("the name {name} {why}");
    Failure::new(Operation::Resolve, FailureKind::NotPermitted, detail)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
