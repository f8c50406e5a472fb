// Node-RED's settings for the measurement: no editor, nothing kept but the flow, time limits as Pointsman has them.
module.exports = {
    uiHost: "127.0.0.1",
    uiPort: process.env.PORT,
    flowFile: process.env.FLOWS,
    readOnly: true,
    disableEditor: true,
    httpAdminRoot: false,
    credentialSecret: false,
    diagnostics: { enabled: false },
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { autoInstall: false, palette: { allowInstall: false }, modules: { allowInstall: false } },
    // As Pointsman waits for an answer; the default is 120 s.
    httpRequestTimeout: 10000,
    functionGlobalContext: { crypto: require("crypto") },
    logging: { console: { level: "error", metrics: false, audit: false } },
};
