// A receiver as the reference's example builds one: the body is parsed, written again, and only then checked.
// Reads lines of {"body": base64, "signature", "secret"} and answers each with a line, true or false.
const crypto = require("node:crypto");
const fs = require("node:fs");

function isGenuine({ body, signature, secret }) {
  const rewritten = JSON.stringify(JSON.parse(Buffer.from(body, "base64").toString("utf8")));
  const expected = Buffer.from(crypto.createHmac("sha256", secret).update(rewritten).digest("hex"));
  const given = Buffer.from(signature);
  return given.length === expected.length && crypto.timingSafeEqual(given, expected);
}

const lines = fs.readFileSync(0, "utf8").split("\n").filter(Boolean);
process.stdout.write(lines.map((line) => `${isGenuine(JSON.parse(line))}\n`).join(""));
