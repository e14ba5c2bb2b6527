//! Words by theme: English, German, French, Spanish, Italian, Portuguese, Dutch. All lower case,
//! compared as whole words.

pub(super) type Words = &'static [&'static str];

/// Reaching or passing a number.
#[rustfmt::skip]
pub(super) const QUANTITY: Words = &[
    "many", "maximum", "maximal", "limit", "limits", "exceed", "exceeds", "exceeded", "reached",
    "simultaneous", "concurrent",
    "viele", "maximale", "höchstzahl", "höchstanzahl", "maximalzahl", "überschritten", "erreicht",
    "gleichzeitige", "gleichzeitigen",
    "trop", "nombre", "limite", "dépassé", "dépassée", "atteint", "atteinte", "simultanées",
    "simultanés",
    "demasiados", "demasiadas", "máximo", "maximo", "límite", "superado", "alcanzado", "excedido",
    "simultáneas", "simultáneos",
    "troppi", "troppe", "massimo", "superato", "raggiunto", "simultanee", "contemporanee",
    "muitos", "muitas", "atingido", "simultâneas",
    "veel", "teveel", "limiet", "bereikt", "gelijktijdige",
];

/// What a limit on connections counts.
#[rustfmt::skip]
pub(super) const CONNECTIONS: Words = &[
    "connection", "connections", "session", "sessions", "instance", "instances",
    "verbindung", "verbindungen", "sitzung", "sitzungen", "anmeldungen",
    "connexion", "connexions",
    "conexión", "conexion", "conexiones", "sesión", "sesion", "sesiones",
    "connessione", "connessioni", "sessione", "sessioni",
    "conexão", "conexões", "ligação", "ligações", "sessão", "sessões",
    "verbinding", "verbindingen", "sessie", "sessies",
];

/// People and programs that connect; they have other limits too, see [`OTHER_LIMITS`].
#[rustfmt::skip]
pub(super) const CLIENTS: Words = &[
    "client", "clients", "user", "users", "logins",
    "benutzer", "nutzer", "utilisateur", "utilisateurs", "usuario", "usuarios", "cliente",
    "clientes",
    "utente", "utenti", "utilizador", "utilizadores", "usuário", "usuários", "gebruiker",
    "gebruikers",
];

/// Before somebody else comes.
#[rustfmt::skip]
pub(super) const ALREADY: Words = &[
    "already", "currently", "bereits", "schon", "derzeit", "déjà", "ya", "actualmente", "già", "já", "al",
];

/// One word that says it all.
#[rustfmt::skip]
pub(super) const CONNECTION_LIMIT: Words = &[
    "verbindungslimit", "benutzerlimit", "verbindungsgrenze", "sitzungslimit", "verbindingslimiet",
    "gebruikerslimiet",
];

/// Words that make a user, or a place, one of several.
#[rustfmt::skip]
pub(super) const ONE_OF_SEVERAL: Words = &[
    "this", "your", "same", "per", "each", "for", "from",
    "diesen", "diesem", "dieses", "ihr", "ihren", "ihrem", "pro", "je",
    "cet", "ce", "votre", "par", "este", "esta", "su", "por", "questo", "tuo", "deze", "uw",
];

/// Whose name somebody logs in under.
#[rustfmt::skip]
pub(super) const ACCOUNT: Words = &[
    "user", "account", "username", "userid", "login", "benutzer", "benutzers", "nutzer", "nutzers",
    "konto", "benutzerkonto",
    "utilisateur", "compte", "usuario", "cuenta", "utente", "utilizador", "usuário", "conta",
    "gebruiker",
];

/// Limits on something else than connections.
#[rustfmt::skip]
pub(super) const OTHER_LIMITS: Words = &[
    "quota", "disk", "storage", "space", "bandwidth", "traffic", "bytes", "ratio", "files",
    "failed", "failures", "password",
];

/// A count of tries or a span of time, which is no count of connections.
#[rustfmt::skip]
pub(super) const TRIES_AND_TIMES: Words = &[
    "attempt", "attempts", "failure", "timeout", "idle", "inactivity", "inactive",
    "versuche", "fehlversuche", "tentatives", "intentos", "tentativi", "tentativas", "pogingen",
];

/// Encryption of the connection.
#[rustfmt::skip]
pub(super) const ENCRYPTION: Words = &[
    "tls", "ssl", "ftps", "ftpes", "encryption", "encrypted", "encrypt", "unencrypted", "cleartext",
    "plaintext", "secured",
    "verschlüsselung", "verschlüsselt", "verschlüsselte", "verschlüsselten", "unverschlüsselt",
    "unverschlüsselte", "klartext",
    "chiffrement", "chiffré", "chiffrée", "chiffrées", "crypté", "cryptée",
    "cifrado", "cifrada", "cifradas", "encriptado", "encriptada", "cifratura", "cifrata",
    "crittografia", "crittografata",
    "criptografia", "criptografada", "encriptação", "versleuteling", "versleuteld", "versleutelde",
];

/// Words that turn "secure" from a product's name into a demand.
#[rustfmt::skip]
pub(super) const SECURABLE: Words = &[
    "connection", "connections", "session", "sessions", "channel", "channels", "required", "must",
    "only",
];

/// Demand. Without it, a name of encryption may be part of a file name.
#[rustfmt::skip]
pub(super) const DEMAND: Words = &[
    "required", "require", "requires", "must", "need", "needed", "needs", "only", "use", "not",
    "without", "policy", "first",
    "erforderlich", "muss", "müssen", "benötigt", "nicht", "nur", "requis", "requise", "doit",
    "doivent", "nécessaire", "obligatoire",
    "requiere", "requerido", "requerida", "debe", "deben", "necesario", "obligatorio", "richiesto",
    "richiesta", "deve", "devono",
    "necessario", "obbligatorio", "requer", "necessário", "obrigatório", "obrigatória", "devem",
    "vereist", "moet", "verplicht",
];

/// Using a TLS session again.
#[rustfmt::skip]
pub(super) const RESUMPTION: Words = &[
    "reuse", "reused", "resume", "resumed", "resumption", "wiederverwendung", "wiederverwendet",
    "reprise", "reanudación", "ripresa",
];

/// The set-up of TLS, as against a demand for it.
#[rustfmt::skip]
pub(super) const TLS_SETUP: Words = &[
    "session", "negotiation", "negotiate", "handshaking", "sitzung", "négociation",
];

/// Protection of the data channel.
#[rustfmt::skip]
pub(super) const PROTECTION: Words = &[
    "prot", "protected", "protection", "pbsz", "geschützt", "geschützte",
];

/// Directories.
#[rustfmt::skip]
pub(super) const DIRECTORY: Words = &[
    "home", "homedir", "directory", "dir", "folder", "chroot", "homeverzeichnis",
    "heimatverzeichnis", "verzeichnis", "stammverzeichnis",
    "ordner", "répertoire", "dossier", "directorio", "carpeta", "cartella", "diretório", "pasta",
    "directório", "thuismap",
];

/// Addresses of the client.
#[rustfmt::skip]
pub(super) const ADDRESS: Words = &[
    "ip", "ipv4", "ipv6", "address", "addresses", "adresse", "dirección", "indirizzo", "endereço",
    "adres",
];

/// Places of the client, when the text says that they are its own.
#[rustfmt::skip]
pub(super) const PLACE: Words = &[
    "host", "hosts", "network", "location", "country", "region", "domain", "client", "machine",
    "peer",
];

/// Words that make a place the client's own.
#[rustfmt::skip]
pub(super) const OWN: Words = &["from", "your", "this"];

/// Refusal.
#[rustfmt::skip]
pub(super) const REFUSAL: Words = &[
    "not", "no", "cannot", "denied", "deny", "blocked", "banned", "blacklisted", "refused",
    "rejected", "forbidden", "prohibited", "disallowed",
    "unauthorized", "unauthorised", "restricted", "illegal", "bad", "invalid", "wrong", "unable",
    "nicht", "kein", "keine", "gesperrt", "verweigert", "verboten", "abgelehnt", "non", "pas",
    "refusé", "refusée", "interdit", "interdite",
    "bloqué", "bloquée", "denegado", "denegada", "bloqueado", "bloqueada", "prohibido", "negato",
    "bloccato", "vietato", "não", "negado",
    "recusado", "recusada", "niet", "geen", "geweigerd", "geblokkeerd",
];

/// The state of an account that may not log in.
#[rustfmt::skip]
pub(super) const ACCOUNT_STATE: Words = &[
    "disabled", "locked", "suspended", "expired", "deactivated", "inactive", "revoked", "forbidden",
    "prohibited", "disallowed",
    "anonymous", "shell", "permission", "permissions", "privilege", "privileges", "rights",
    "deaktiviert", "gesperrt", "abgelaufen", "berechtigung", "berechtigungen", "berechtigt",
    "désactivé", "verrouillé", "expiré",
    "suspendu", "interdit", "autorisé", "deshabilitado", "deshabilitada", "bloqueado", "bloqueada",
    "caducada", "caducado", "suspendida",
    "permiso", "permisos", "autorizado", "disabilitato", "bloccato", "scaduto", "sospeso",
    "autorizzato", "desativada", "desativado",
    "expirada", "suspensa", "permissão", "geblokkeerd", "verlopen", "uitgeschakeld", "toegestaan",
];

/// What an account may not be, after a "not".
#[rustfmt::skip]
pub(super) const ALLOWED: Words = &[
    "allowed", "permitted", "authorized", "authorised", "enabled", "erlaubt", "gestattet",
    "zugelassen",
];

/// The credentials themselves are wrong.
#[rustfmt::skip]
pub(super) const WRONG: Words = &[
    "incorrect", "invalid", "wrong", "bad", "mismatch", "falsch", "falsche", "falsches", "ungültig",
    "ungültige", "ungültiges", "fehlerhaft",
    "incorrecte", "invalide", "erroné", "incorrecto", "incorrecta", "inválido", "inválida",
    "errato", "errata", "errati",
    "incorreto", "incorreta", "onjuist", "onjuiste", "ongeldig", "ongeldige",
];

/// Credentials.
#[rustfmt::skip]
pub(super) const CREDENTIALS: Words = &[
    "password", "credentials", "credential", "authentication", "auth", "passwort", "kennwort",
    "zugangsdaten", "passe", "identifiants",
    "contraseña", "credenciales", "autenticación", "credenziali", "autenticazione", "senha",
    "credenciais", "autenticação", "wachtwoord",
];

/// Certificates.
#[rustfmt::skip]
pub(super) const CERTIFICATE: Words = &[
    "certificate", "certificates", "cert", "zertifikat", "clientzertifikat", "certificat",
    "certificado", "certificato", "certificaat",
];

/// Passwords for one use (RFC 2289 and kin) and second factors.
#[rustfmt::skip]
pub(super) const ONE_TIME: Words = &[
    "otp", "totp", "skey", "opie", "challenge", "passcode", "einmalpasswort", "einmalkennwort",
    "otac",
];

/// The server goes away, or was tired of waiting.
#[rustfmt::skip]
pub(super) const GOING_AWAY: Words = &[
    "timeout", "timed", "idle", "shutdown", "shutting", "unavailable", "available", "later",
    "maintenance", "restart", "restarting",
    "zeitüberschreitung", "wartung", "verfügbar", "maintenance", "indisponible", "disponible",
    "mantenimiento", "manutenzione",
    "disponibile", "manutenção", "disponível", "onderhoud", "beschikbaar", "goodbye", "bye",
];

/// How a server is set up.
#[rustfmt::skip]
pub(super) const CONFIGURATION: Words = &[
    "config", "configuration", "configured", "misconfigured", "misconfiguration", "configure",
    "konfiguration", "konfigurationsdatei", "configuración", "configurazione", "configuração",
    "configuratie", "directive",
];

/// What a server is made of, and needs to begin.
#[rustfmt::skip]
pub(super) const MADE_OF: Words = &[
    "file", "files", "socket", "certificate", "library", "module", "variable", "option", "database",
    "directory", "chroot", "fork", "process", "capabilities", "memory", "internal", "datei",
    "zertifikat", "fichier", "archivo", "fichero", "arquivo", "bestand",
];

/// That it did not come about.
#[rustfmt::skip]
pub(super) const FAILED: Words = &[
    "cannot", "can", "could", "unable", "failed", "failure", "fails", "error", "missing", "fehler",
    "fehlgeschlagen", "erreur", "impossible", "errore", "erro", "fout",
];

/// Somebody is kept out.
#[rustfmt::skip]
pub(super) const TURNED_AWAY: Words = &[
    "denied", "deny", "blocked", "banned", "blacklisted", "refused", "rejected", "forbidden",
    "prohibited", "disallowed", "unauthorized", "unauthorised", "gesperrt", "verweigert",
    "verboten", "abgelehnt", "denegado", "negado", "negato", "geweigerd",
];

/// A full or limited store.
#[rustfmt::skip]
pub(super) const STORE: Words = &[
    "space", "disk", "storage", "filesystem", "volume", "speicher", "speicherplatz", "festplatte",
    "datenträger", "espace", "disque",
    "espacio", "disco", "spazio", "espaço", "schijf", "schijfruimte", "ruimte",
];

/// How a store is full.
#[rustfmt::skip]
pub(super) const FULL: Words = &[
    "full", "enough", "insufficient", "left", "exceeded", "limit", "exhausted", "no", "out", "voll",
    "genug", "kein", "plein", "insuffisant",
    "lleno", "insuficiente", "pieno", "insufficiente", "cheio", "vol", "onvoldoende",
];

/// Quota, in any sentence.
#[rustfmt::skip]
pub(super) const QUOTA: Words = &[
    "quota", "quotas", "overquota", "speicherkontingent", "kontingent", "cuota", "cota",
];

/// Somebody else uses the file.
#[rustfmt::skip]
pub(super) const IN_USE: Words = &[
    "busy", "use", "locked", "benutzt", "verwendet", "gesperrt", "utilisé", "verrouillé", "uso",
    "bezet",
];

/// A data connection that was there and went, or never came.
#[rustfmt::skip]
pub(super) const LOST: Words = &[
    "lost", "link", "aborted", "abort", "broken", "reset", "closed", "interrupted", "abgebrochen",
    "getrennt", "verloren", "perdue",
    "interrompu", "perdida", "interrotta", "interrompida", "verbroken",
];

/// A data connection that could not be made.
#[rustfmt::skip]
pub(super) const UNREACHED: Words = &[
    "timeout", "timed", "refused", "unreachable", "route", "zeitüberschreitung", "expiré", "délai",
    "agotado", "scaduto", "esgotado",
];

/// Two addresses that should be one.
#[rustfmt::skip]
pub(super) const MISMATCH: Words = &[
    "match", "matches", "matching", "mismatch", "mismatched", "foreign", "different", "differs",
    "same", "another", "security", "bounce", "fxp",
];

/// An address that is not wanted, as against one that cannot be reached.
#[rustfmt::skip]
pub(super) const UNWANTED: Words = &[
    "bad", "invalid", "wrong", "illegal", "denied", "rejected", "unauthorized", "unauthorised",
    "forbidden", "blocked", "prohibited",
    "falsche", "ungültige", "mauvaise", "invalide", "incorrecta", "inválida", "errato", "inválido",
    "verkeerd", "ongeldig",
];

/// Trouble with the server's own address or port.
#[rustfmt::skip]
pub(super) const OWN_SOCKET: Words = &["assign", "already", "bind", "requested", "available"];

/// None, before what could be listed.
#[rustfmt::skip]
pub(super) const NONE: Words = &[
    "no", "0", "zero", "none", "kein", "keine", "aucun", "aucune", "ningún", "ningun", "ninguna",
    "nessun", "nessuno", "nessuna", "nenhum", "nenhuma", "geen",
];

/// What a listing shows.
#[rustfmt::skip]
pub(super) const LISTED: Words = &[
    "files", "file", "data", "dataset", "datasets", "members", "member", "entries", "entry",
    "objects", "items", "matches", "match", "matching", "folders", "documents", "names",
    "dateien", "einträge", "fichiers", "fichier", "archivos", "ficheros", "arquivos",
    "ficheiros", "bestanden",
];

/// Nothing in it.
#[rustfmt::skip]
pub(super) const EMPTY: Words = &[
    "empty", "leer", "vide", "vacío", "vacio", "vacía", "vuoto", "vuota", "vazio", "vazia", "leeg",
];

/// Commands.
#[rustfmt::skip]
pub(super) const COMMAND: Words = &[
    "command", "commands", "verb", "befehl", "kommando", "commande", "comando", "opdracht",
];

/// Not known, in a word.
#[rustfmt::skip]
pub(super) const UNKNOWN: Words = &[
    "unknown", "unrecognized", "unrecognised", "unimplemented", "unknow", "unbekannt",
    "unbekannter", "inconnue", "desconocido", "sconosciuto", "desconhecido", "onbekend",
];

/// What an unknown command is not.
#[rustfmt::skip]
pub(super) const UNDERSTOOD: Words = &[
    "understood", "recognized", "recognised", "implemented", "supported", "known", "available",
    "verstanden", "implementiert", "unterstützt", "reconnu",
];

/// Rights.
#[rustfmt::skip]
pub(super) const RIGHT: Words = &[
    "permission", "permissions", "right", "rights", "privilege", "privileges", "authority",
    "authorization", "authorisation", "berechtigung", "berechtigungen", "recht", "rechte",
    "droits", "droit", "permiso", "permisos", "permesso", "permessi", "permissão", "rechten",
];

/// Access.
#[rustfmt::skip]
pub(super) const ACCESS: Words = &[
    "access", "zugriff", "zugang", "accès", "acceso", "accesso", "acesso", "toegang",
];

/// Names, and the parts of one. Without a second word a reply may merely repeat which file it is about.
#[rustfmt::skip]
pub(super) const NAMING: Words = &[
    "filename", "filenames", "name", "names", "qualifier", "qualifiers", "dsname", "character",
    "characters", "dateiname", "dateinamen", "zeichen", "nombre", "nome", "caractères",
];

/// Rules about names.
#[rustfmt::skip]
pub(super) const CONVENTION: Words = &["convention", "conventions", "dsname", "namenskonvention"];

/// What is not there is not this.
#[rustfmt::skip]
pub(super) const FOUND: Words = &[
    "found", "find", "exist", "exists", "existing", "gefunden", "finden", "existiert", "vorhanden", "trouvé",
    "existe", "encontrado", "encontrada", "encontrar", "trovato", "trovata", "trovare", "esiste", "gevonden", "vinden",
];

/// Passwords.
#[rustfmt::skip]
pub(super) const PASSWORD: Words = &[
    "password", "passwords", "passwort", "kennwort", "passe", "contraseña", "senha", "wachtwoord", "pwd",
];

/// Over its time.
#[rustfmt::skip]
pub(super) const EXPIRED: Words = &[
    "expired", "abgelaufen", "expiré", "caducada", "caducado", "expirada", "scaduta", "verlopen", "outdated", "aged",
];

/// To be replaced.
#[rustfmt::skip]
pub(super) const CHANGE: Words = &[
    "change", "changed", "changing", "reset", "renew", "renewed", "ändern", "geändert", "changer", "changé", "cambiar",
    "cambiada", "cambiare", "alterar", "alterada", "wijzigen",
];
