import assert from "node:assert/strict";
import { accountIn, dataFolder, folderProblem, needSpace } from "./folder.ts";

Deno.test("a data folder that cannot be written to is one sentence", async () => {
  // Not even root can make a folder there.
  await assert.rejects(dataFolder("/sys/signalbox"), {
    name: "SetupError",
    message:
      "/sys/signalbox cannot be written to: make it writable, or set DATA_DIR to a folder that is.",
  });
});

Deno.test("a data folder that is a file is one sentence", async () => {
  await assert.rejects(dataFolder("/etc/passwd"), {
    name: "SetupError",
    message: /^\/etc\/passwd is not a folder/,
  });
});

Deno.test("a disk that is nearly full is told before anything is put on it", async () => {
  await needSpace("/", 0);
  await assert.rejects(needSpace("/", 1e12), {
    name: "SetupError",
    message: /^The disk that holds \/ is nearly full, with \d+ MB left where /,
  });
});

Deno.test("a full disk is recognised in what each program says of it", () => {
  const said = [
    "cp: error writing 'x': No space left on device",
    'FATAL:  could not extend file "base/1": wrote only 4096 of 8192 bytes',
    new Error("No space left on device (os error 28): write"),
    "Disk quota exceeded",
  ];
  for (const text of said) {
    assert.match(
      folderProblem("/data", text)!.message,
      /disk .* \/data is full/,
    );
  }
});

Deno.test("what is no problem of the folder is not taken for one", () => {
  assert.equal(folderProblem("/data", new Error("boom")), undefined);
});

Deno.test("root runs PostgreSQL as postgres, else as nobody", () => {
  const nobody = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/no\n";
  assert.deepEqual(accountIn(nobody), { uid: 65534, gid: 65533 });
  const both = `${nobody}postgres:x:26:27::/:/bin/sh\n`;
  assert.deepEqual(accountIn(both), { uid: 26, gid: 27 });
});

Deno.test("where there is no account to drop to, one sentence says so", () => {
  assert.throws(() => accountIn("root:x:0:0::/root:/bin/sh\n"), {
    name: "SetupError",
    message: /start as another user, or set DATABASE_URL\.$/,
  });
});
