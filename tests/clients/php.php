<?php
// The FTP functions of PHP.
[, $step, $local, $name] = $argv;
$must = function ($done, string $what) {
    if ($done === false) {
        fwrite(STDERR, "$what failed\n");
        exit(1);
    }
    return $done;
};
$mode = getenv("FTP_MODE");
$must($mode !== "implicit", "implicit TLS");
$host = getenv("FTP_HOST");
$port = (int) getenv("FTP_PORT");
$ftp = $must($mode === "plain" ? ftp_connect($host, $port) : ftp_ssl_connect($host, $port), "connect");
$must(ftp_login($ftp, getenv("FTP_USER"), getenv("FTP_PASSWORD")), "login");
if ($step === "connect") exit(0);
ftp_pasv($ftp, true);
if (getenv("FTP_FOLDER")) $must(ftp_chdir($ftp, getenv("FTP_FOLDER")), "chdir");
if ($step === "list") foreach ($must(ftp_rawlist($ftp, "."), "rawlist") as $line) echo $line, "\n";
if ($step === "download") $must(ftp_get($ftp, $local, $name, FTP_BINARY), "get");
if ($step === "upload") $must(ftp_put($ftp, $name, $local, FTP_BINARY), "put");
