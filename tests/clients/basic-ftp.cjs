// basic-ftp of npm.
const { readFileSync } = require("node:fs")
const { Client } = require("basic-ftp")

const [step, local, name] = process.argv.slice(2)
const env = process.env
const client = new Client()
const main = async () => {
    try {
    const secure = { plain: false, explicit: true, implicit: "implicit" }[env.FTP_MODE]
    const secureOptions = { ca: readFileSync(env.FTP_CA) }
    const access = { host: env.FTP_HOST, port: Number(env.FTP_PORT), user: env.FTP_USER, password: env.FTP_PASSWORD }
    await client.access({ ...access, secure, secureOptions })
    if (step !== "connect" && env.FTP_FOLDER) await client.cd(env.FTP_FOLDER)
    if (step === "list") for (const entry of await client.list()) console.log(entry.name)
    if (step === "download") await client.downloadTo(local, name)
    if (step === "upload") await client.uploadFrom(local, name)
} catch (error) {
    console.error(error)
    process.exitCode = 1
} finally {
    client.close()
}
}
main()
