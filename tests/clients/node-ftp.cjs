// ftp of npm.
const fs = require("node:fs")
const Client = require("ftp")

const [step, local, name] = process.argv.slice(2)
const env = process.env
const client = new Client()
const fail = (error) => {
    console.error(error)
    process.exit(1)
}
const done = (error) => (error ? fail(error) : process.exit(0))
client.on("error", fail)
client.on("ready", () => {
    if (step === "connect") return done()
    const go = (error) => {
        if (error) return fail(error)
        if (step === "list") {
            client.list((error, entries) => {
                if (error) return fail(error)
                for (const entry of entries) console.log(entry.name)
                done()
            })
        } else if (step === "download") {
            client.get(name, (error, stream) => {
                if (error) return fail(error)
                stream.pipe(fs.createWriteStream(local)).on("finish", done)
            })
        } else client.put(local, name, done)
    }
    env.FTP_FOLDER ? client.cwd(env.FTP_FOLDER, go) : go()
})
const secure = { plain: false, explicit: true, implicit: "implicit" }[env.FTP_MODE]
client.connect({
    host: env.FTP_HOST,
    port: Number(env.FTP_PORT),
    user: env.FTP_USER,
    password: env.FTP_PASSWORD,
    secure,
    secureOptions: { ca: fs.readFileSync(env.FTP_CA) },
})
