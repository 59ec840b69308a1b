/** The errors of the Kafka client library: which of them pass, and what to do about those that do not. */
import { DeadlineError } from "../../wait.ts";
import { BrokerUnavailableError } from "../broker.ts";
import type { KafkaAddress } from "./url.ts";

/** What the library tells of an error: its own code, Kafka's name of it, whether to try or to join again. */
interface KafkaError extends Error {
  readonly code?: string;
  readonly apiId?: string;
  readonly canRetry?: boolean;
  readonly needsRejoin?: boolean;
}

type Test = (one: KafkaError) => boolean;

/** The error itself, one of those in it, or one that caused it: the first for which the test holds. */
function findIn(error: unknown, test: Test): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  if (test(error)) return error;
  const parts = error instanceof AggregateError ? error.errors : [];
  for (const one of [error.cause, ...parts]) {
    const found = findIn(one, test);
    if (found) return found;
  }
  return undefined;
}

const isAny = (error: unknown, test: Test): boolean =>
  findIn(error, test) !== undefined;

/** True if an error is Kafka's of such a name. */
export const isKafkaError = (error: unknown, id: RegExp): boolean =>
  isAny(error, ({ apiId }) => apiId !== undefined && id.test(apiId));

/** True if an error says that this member is not, or no longer, one of the present generation. */
export const isStaleMember = (error: unknown): boolean =>
  isAny(error, ({ needsRejoin }) => needsRejoin === true);

/** True if an answer did not come, or not all of it, before the deadline. */
export const isLate = (error: unknown): boolean =>
  isAny(error, ({ message }) => message === "Request timed out");

/** True if no repetition can mend it: the server does not let us. */
export const isRefusal = (error: unknown): boolean =>
  isAny(error, ({ code }) => code === "PLT_KFK_AUTHENTICATION") ||
  isKafkaError(error, /_AUTHORIZATION_FAILED$/);

/** True if no server was reached in time, or if it is one of the errors that Kafka calls retriable. */
const isUnavailable = (error: unknown): boolean =>
  !isRefusal(error) &&
  isAny(error, (one) =>
    one.code === "PLT_KFK_NETWORK" || one.canRetry === true ||
    one.apiId === "BROKER_NOT_AVAILABLE" || one instanceof DeadlineError);

/** What does not change by itself, by the code, the name or the text of an error: and the way out. */
const refusals: readonly (readonly [
  RegExp,
  (address: KafkaAddress) => string,
])[] = [
  [
    /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(VERIFY_LEAF|GET_ISSUER).*)$/,
    () =>
      "shows a certificate of an authority that is not known here: name the file with the " +
      "authority's certificate in DENO_CERT",
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    () =>
      "shows a certificate that is not for this name: write the name that the certificate has " +
      "in BROKER_URL and in Kafka's advertised.listeners",
  ],
  [
    /^CERT_HAS_EXPIRED$/,
    () => "shows a certificate that has expired: renew it",
  ],
  [
    /^Broker requires TLS/,
    () => "wants TLS: write kafka+ssl:// instead of kafka:// in BROKER_URL",
  ],
  [
    /^TLS handshake failed/,
    () =>
      "does not speak TLS there: write kafka:// instead of kafka+ssl:// in BROKER_URL, or the port " +
      "of its TLS listener",
  ],
  [
    /^ILLEGAL_SASL_STATE$/,
    () => "takes no login there: take user and password out of BROKER_URL",
  ],
  [
    /^UNSUPPORTED_SASL_MECHANISM$/,
    ({ login }) =>
      `does not take ${login?.mechanism}: write another mechanism=… in BROKER_URL`,
  ],
  [
    /^SASL authentication failed/,
    ({ login }) =>
      `refuses the user "${login?.username}" with ${login?.mechanism}: correct user, password or ` +
      "mechanism=… in BROKER_URL",
  ],
];

/** The same in one sentence that says what to change, if it is about TLS or the login. */
export function told(address: KafkaAddress, error: unknown): unknown {
  for (const [words, what] of refusals) {
    const cause = findIn(
      error,
      ({ code, apiId, message }) =>
        [code, apiId, message].some((text) => text && words.test(text)),
    );
    if (!cause) continue;
    const sentence = `Kafka at ${address.hosts.join(", ")} ${what(address)}`;
    return new Error(sentence, { cause });
  }
  return error;
}

/** Kafka ends a connection without a word where it wants a login and gets none. */
export function mayWantLogin({ login }: KafkaAddress, error: Error): Error {
  if (login || !isAny(error, (one) => one.message === "Connection closed")) {
    return error;
  }
  const hint = "if it wants a login, write user:password@ in BROKER_URL";
  return new Error(`it ended the connection: ${hint}`, { cause: error });
}

/** Waits for an answer, and tells in the boundary's word that the cluster is away. */
export async function answerFrom<T>(
  address: KafkaAddress,
  asked: Promise<T>,
): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const why = told(address, error);
    if (why !== error || !isUnavailable(error)) throw why;
    throw new BrokerUnavailableError(address.hosts.join(", "), error);
  }
}
