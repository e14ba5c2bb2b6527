//! The certificates as the server sent them, and who signed whom.

use probe_sdk::trust::{Question, Store, TrustFault, signed_by, verify};
use x509_parser::prelude::X509Certificate;

use crate::{dates, key};

/// More certificates than this are no chain: the rest is not looked at.
const MAX_OTHERS: usize = 20;

/// One certificate, encoded and read.
#[derive(Clone, Copy)]
pub(crate) struct Member<'a> {
    pub(crate) der: &'a [u8],
    pub(crate) certificate: &'a X509Certificate<'a>,
}

/// The leaf and whatever else came with it.
pub(crate) struct Sent<'a> {
    /// The leaf first; none twice.
    members: Vec<Member<'a>>,
    /// For each member the places of those that signed it.
    issuers: Vec<Vec<usize>>,
    /// As sent, unreadable ones and duplicates included.
    all: &'a [Vec<u8>],
}

impl<'a> Sent<'a> {
    /// `others` in the order sent.
    pub(crate) fn new(
        leaf: Member<'a>,
        others: &'a [(&'a Vec<u8>, X509Certificate<'a>)],
        all: &'a [Vec<u8>],
    ) -> Sent<'a> {
        let mut members = vec![leaf];
        for (der, certificate) in others.iter().take(MAX_OTHERS) {
            if !members.iter().any(|member| member.der == der.as_slice()) {
                members.push(Member { der, certificate });
            }
        }
        let issuers = members
            .iter()
            .map(|member| issuers(member, &members))
            .collect();
        Sent {
            members,
            issuers,
            all,
        }
    }

    pub(crate) fn leaf(&self) -> Member<'a> {
        self.members[0]
    }

    /// Each certificate once, the leaf first.
    pub(crate) fn members(&self) -> &[Member<'a>] {
        &self.members
    }

    /// The places of those that signed the member at this place.
    pub(crate) fn issuers(&self, place: usize) -> &[usize] {
        &self.issuers[place]
    }

    /// As sent, unreadable ones and duplicates included.
    pub(crate) fn all(&self) -> &'a [Vec<u8>] {
        self.all
    }

    /// Whether the leaf signed itself, and is not merely named like its issuer.
    pub(crate) fn is_self_signed(&self) -> bool {
        self.leaf().is_self_signed()
    }
}

impl Member<'_> {
    pub(crate) fn is_self_signed(&self) -> bool {
        self.certificate.subject() == self.certificate.issuer()
            && signed_by(self.der, self.der) != Ok(false)
    }

    /// Whether it is a root of the store, or directly below one. Its dates and what it may be used for are other
    /// questions.
    pub(crate) fn is_anchored(&self, store: Store) -> bool {
        let begins = self.certificate.validity().not_before.timestamp();
        let question = Question {
            chain: vec![self.der.to_vec()],
            name: None,
            at: dates::moment_of_validity(begins, self.certificate),
            store,
            anchors: Vec::new(),
        };
        !matches!(
            verify(&question),
            Err(TrustFault::UnknownIssuer | TrustFault::BadSignature | TrustFault::Malformed)
        )
    }
}

/// A signature that cannot be checked, or that nobody takes any more, is another fault: the name has to do.
fn issuers(member: &Member<'_>, members: &[Member<'_>]) -> Vec<usize> {
    let is_issuer = |other: &Member<'_>| {
        other.der != member.der
            && other.certificate.subject() == member.certificate.issuer()
            && (key::weak_signature(member.certificate).is_some()
                || signed_by(member.der, other.der) != Ok(false))
    };
    // The leaf is nobody's issuer.
    (1..members.len())
        .filter(|place| is_issuer(&members[*place]))
        .collect()
}
