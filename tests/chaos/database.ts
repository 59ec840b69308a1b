/** The PostgreSQL under test, and what can happen to it. */
import postgres, { type Sql } from "postgres";
import { isUnavailable } from "../../db/client.ts";
import { testPostgres } from "../support/servers.ts";
import type { Disk } from "./disk.ts";
import { childrenOf, freeze, sleep } from "./processes.ts";
import { createTurns, type Killable, revive } from "./servers.ts";

export interface Database extends Killable {
  /** As the hosts know it: with a role of their own, from which rights can be taken. */
  readonly hostsUrl: string;
  /** Stops its sessions in the middle of what they do, for so long. */
  freeze(ms: number): Promise<void>;
  /** Ends all sessions and takes no new ones, for so long. */
  refuse(ms: number): Promise<void>;
  /** Lets nobody write for so long: `form` chooses whether a right is missing, or all is read-only. */
  forbid(ms: number, form: number): Promise<void>;
  /** Has no room for its tables for so long. */
  fillDisk(ms: number): Promise<void>;
}

const name = "chaos";
const role = "chaos_host";

/** With a database of its own, so that it can be closed while another one stays open. */
export async function startDatabase(disk: Disk | null): Promise<Database> {
  let server = await testPostgres({ persist: true });
  const maintenance = server.url;
  const url = new URL(maintenance);
  url.pathname = `/${name}`;
  const hostsUrl = new URL(url);
  hostsUrl.username = role;
  hostsUrl.password = crypto.randomUUID();
  await administer(maintenance, async (sql) => {
    await sql.unsafe(
      `create role ${role} login password '${hostsUrl.password}'`,
    );
    if (disk) {
      await sql.unsafe(`create tablespace small location '${disk.path}'`);
    }
    const where = disk ? " tablespace small" : "";
    await sql.unsafe(`create database ${name} owner ${role}${where}`);
  });
  return {
    url: url.href,
    hostsUrl: hostsUrl.href,
    inTurn: createTurns(),
    async kill(awayMs) {
      server = await revive(server, testPostgres, awayMs);
    },
    freeze: async (ms) => freeze(await childrenOf(server.pid), ms),
    async refuse(ms) {
      await allow(maintenance, false);
      await sleep(ms);
      await allow(maintenance, true);
    },
    async forbid(ms, form) {
      const [take, give] = form % 2
        ? [setReadOnly(maintenance, "= on"), setReadOnly(maintenance, null)]
        : [setRight(url.href, "revoke"), setRight(url.href, "grant")];
      await take();
      await sleep(ms);
      await give();
    },
    async fillDisk(ms) {
      await disk!.fill();
      await sleep(ms);
      await disk!.empty();
    },
    stop: () => server.stop(),
  };
}

const setRight = (url: string, what: "revoke" | "grant") => () =>
  administer(url, (sql) =>
    sql.unsafe(
      what === "revoke"
        ? `revoke insert on chaos_events from ${role}`
        : `grant insert on chaos_events to ${role}`,
    ));

const setReadOnly = (url: string, value: "= on" | null) => () =>
  administer(url, async (sql) => {
    const setting = "default_transaction_read_only";
    await sql.unsafe(
      value
        ? `alter system set ${setting} ${value}`
        : `alter system reset ${setting}`,
    );
    await sql`select pg_reload_conf()`;
  });

async function allow(maintenance: string, allowed: boolean): Promise<void> {
  await administer(maintenance, async (sql) => {
    await sql.unsafe(`alter database ${name} allow_connections ${allowed}`);
    if (allowed) return;
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = ${name}`;
  });
}

/** Whatever is done by hand waits for a server that is away. */
async function administer(
  url: string,
  work: (sql: Sql) => Promise<unknown>,
): Promise<void> {
  while (true) {
    const sql = postgres(url, {
      max: 1,
      onnotice: () => {},
      connect_timeout: 5,
    });
    try {
      return void await work(sql);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await sleep(100);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
}
