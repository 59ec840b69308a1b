import assert from "node:assert/strict";
import { adviceOn, advised } from "./advice.ts";

const told: Record<string, RegExp> = {
  "NOPERM this user has no permissions to run the 'eval' command": /rights/,
  "ERR The user executing the script can't run this command": /rights/,
  "permission denied for table quotes": /rights/,
  "WRONGPASS invalid username-password pair": /DATABASE_URL, REDIS_URL/,
  'password authentication failed for user "me"': /DATABASE_URL/,
  "unsupported startup parameter: statement_timeout": /restart Signalbox/,
  "self-signed certificate in certificate chain": /DENO_CERT/,
  'unrecognized configuration parameter "sslrootcert"': /DENO_CERT/,
  "OOM command not allowed when used memory > 'maxmemory'.": /STREAM_MAX/,
  "READONLY You can't write against a read only replica.": /primary/,
  "cannot execute INSERT in a read-only transaction": /primary/,
  "could not extend file: No space left on device": /make room/,
  'relation "quotes" does not exist': /put it back/,
  "WRONGTYPE Operation against a key": /redis-cli DEL/,
};

Deno.test("what servers refuse is told with what to do", () => {
  for (const [text, advice] of Object.entries(told)) {
    assert.match(adviceOn(text) ?? "", advice, text);
    assert.ok(advised(text).startsWith(`${text}: `));
  }
});

Deno.test("what nobody knows is told as it is", () => {
  assert.equal(advised("socket hang up"), "socket hang up");
});
