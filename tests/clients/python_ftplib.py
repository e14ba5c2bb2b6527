"""Python's ftplib, as most scripts use it."""

import ftplib
import os
import sys


def main(step, local, name):
    mode, host, port = os.environ["FTP_MODE"], os.environ["FTP_HOST"], int(os.environ["FTP_PORT"])
    if mode == "implicit":
        sys.exit("ftplib has no implicit TLS")
    ftp = ftplib.FTP() if mode == "plain" else ftplib.FTP_TLS()
    ftp.connect(host, port)
    ftp.login(os.environ["FTP_USER"], os.environ["FTP_PASSWORD"])
    if mode == "explicit":
        ftp.prot_p()
    folder = os.environ["FTP_FOLDER"]
    if step != "connect" and folder:
        ftp.cwd(folder)
    if step == "list":
        ftp.retrlines("LIST")
    elif step == "download":
        with open(local, "wb") as file:
            ftp.retrbinary(f"RETR {name}", file.write)
    elif step == "upload":
        with open(local, "rb") as file:
            ftp.storbinary(f"STOR {name}", file)


main(*sys.argv[1:])
