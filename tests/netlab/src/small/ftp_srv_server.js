// An FTP server on ftp-srv that can be set up from the command line.

const fs = require("node:fs");
const { parseArgs } = require("node:util");

const text = { type: "string" };
const { values: options } = parseArgs({
  options: {
    library: text,
    host: text,
    port: text,
    user: text,
    password: text,
    home: text,
    "passive-ports": text,
    "read-only": { type: "boolean" },
    certificate: text,
    key: text,
    implicit: { type: "boolean" },
  },
});

const { FtpSrv } = require(options.library);

// What its own program forbids with `--read-only`.
const WRITES = ["ALLO", "APPE", "DELE", "MKD", "RMD", "RNRF", "RNTO", "STOR", "STRU"];

const tls = options.certificate && {
  cert: fs.readFileSync(options.certificate),
  key: fs.readFileSync(options.key),
};
const [first, last] = (options["passive-ports"] ?? "1024-65535").split("-").map(Number);
const server = new FtpSrv({
  url: `${options.implicit ? "ftps" : "ftp"}://${options.host}:${options.port}`,
  pasv_url: options.host,
  pasv_min: first,
  pasv_max: last,
  blacklist: options["read-only"] ? WRITES : [],
  tls: tls ?? false,
});

server.on("login", ({ username, password }, accept, refuse) => {
  if (username === options.user && password === options.password) {
    accept({ root: options.home });
  } else {
    refuse(new Error("Invalid username or password"));
  }
});

server.listen();
