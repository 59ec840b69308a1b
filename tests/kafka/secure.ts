/** A Kafka that wants TLS and a login, with certificates of an authority that only the test knows. */
import { requireTool } from "./jars.ts";
import { freePort, type KafkaServer, startKafka } from "./server.ts";

export interface SecureKafka {
  readonly server: KafkaServer;
  /** The file with the authority's certificate, for DENO_CERT. */
  readonly authority: string;
  /** `host:port` that wants TLS alone. */
  readonly tls: string;
  /** `host:port` that wants TLS and a login: of `ada`, whose password is `a:p@ss`. */
  readonly sasl: string;
  stop(): Promise<void>;
}

const password = "a:p@ss";
const module = "org.apache.kafka.common.security";

export async function startSecureKafka(): Promise<SecureKafka> {
  await requireTool("openssl", "version", "openssl");
  const dir = await Deno.makeTempDir({ prefix: "signalbox-kafka-" });
  const authority = await makeCertificates(dir);
  const listeners = { SSL: freePort(), SASL_SSL: freePort() };
  const server = await startKafka({
    dir,
    listeners,
    scram: ["SCRAM-SHA-256", "SCRAM-SHA-512"]
      .map((mechanism) => `${mechanism}=[name=ada,password=${password}]`),
    properties: `
ssl.keystore.type=PEM
ssl.keystore.location=${dir}/server.pem
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.sasl_ssl.plain.sasl.jaas.config=${module}.plain.PlainLoginModule required user_ada="${password}";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=${module}.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=${module}.scram.ScramLoginModule required;
`,
  });
  return {
    server,
    authority,
    tls: `127.0.0.1:${listeners.SSL}`,
    sasl: `127.0.0.1:${listeners.SASL_SSL}`,
    async stop() {
      await server.stop();
      await Deno.remove(dir, { recursive: true });
    },
  };
}

/** For 127.0.0.1, and for no name. */
async function makeCertificates(dir: string): Promise<string> {
  const key = ["-newkey", "rsa:2048", "-nodes"];
  await openssl(dir, "req", "-x509", ...key, "-days", "2", ...[
    ...["-keyout", "ca.key", "-out", "ca.pem"],
    ...["-subj", "/CN=an authority for tests"],
  ]);
  await openssl(dir, "req", ...key, "-subj", "/CN=kafka", ...[
    ...["-keyout", "server.key", "-out", "server.csr"],
  ]);
  await Deno.writeTextFile(`${dir}/names`, "subjectAltName=IP:127.0.0.1");
  await openssl(dir, "x509", "-req", "-days", "2", "-extfile", "names", ...[
    ...["-in", "server.csr", "-out", "server.crt"],
    ...["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
  ]);
  const parts = ["server.key", "server.crt", "ca.pem"]
    .map((name) => Deno.readTextFile(`${dir}/${name}`));
  await Deno.writeTextFile(
    `${dir}/server.pem`,
    (await Promise.all(parts)).join(""),
  );
  return `${dir}/ca.pem`;
}

async function openssl(cwd: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args,
    cwd,
    stdin: "null",
    stdout: "null",
  }).output();
  if (!success) {
    const told = new TextDecoder().decode(stderr);
    throw new Error(`openssl ${args[0]} could not make a certificate: ${told}`);
  }
}
