"""aioftp, with its context managers."""

import asyncio
import os
import pathlib
import ssl
import sys

import aioftp


async def main(step, local, name):
    mode, host, port = os.environ["FTP_MODE"], os.environ["FTP_HOST"], int(os.environ["FTP_PORT"])
    context = ssl.create_default_context(cafile=os.environ["FTP_CA"])
    client = aioftp.Client(ssl=context if mode == "implicit" else None)
    await client.connect(host, port)
    if mode == "explicit":
        await client.upgrade_to_tls(context)
    await client.login(os.environ["FTP_USER"], os.environ["FTP_PASSWORD"])
    folder = os.environ["FTP_FOLDER"]
    if step != "connect" and folder:
        await client.change_directory(folder)
    if step == "list":
        for path, _ in await client.list():
            print(path)
    elif step == "download":
        await client.download(name, local, write_into=True)
    elif step == "upload":
        await client.upload(pathlib.Path(local), name, write_into=True)


asyncio.run(main(*sys.argv[1:]))
