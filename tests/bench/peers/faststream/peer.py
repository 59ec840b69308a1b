"""FastStream over Redis streams: `peer.py publish` reads events from stdin, `peer.py consume` stores them."""

import json
import logging
import os
import sys
from datetime import datetime
from pathlib import Path

import anyio
import asyncpg
import uvloop
from faststream import FastStream
from faststream.redis import RedisBroker, StreamSub
from redis.asyncio import Redis

STREAM = os.environ["PEER_STREAM"]
TABLE = os.environ["PEER_TABLE"]
LATEST = os.environ["PEER_LATEST"]
NUMBERS = (
    "price",
    "change",
    "percent_change",
    "high",
    "low",
    "open",
    "previous_close",
)
INSERT = f"""
    insert into {TABLE} (symbol, at, {", ".join(NUMBERS)})
    select * from unnest($1::text[], $2::timestamptz[], {
        ", ".join(f"${n}::float8[]" for n in range(3, 10))
    })
    on conflict do nothing"""

# Faults only: by default each message is a line.
logger = logging.getLogger("peer")
broker = RedisBroker(os.environ["PEER_REDIS_URL"], logger=logger)
app = FastStream(broker, logger=logger)
redis = Redis.from_url(os.environ["PEER_REDIS_URL"])
set_newer = redis.register_script(Path(os.environ["PEER_SCRIPT"]).read_text())
pool: asyncpg.Pool


@app.on_startup
async def connect() -> None:
    global pool
    pool = await asyncpg.create_pool(os.environ["PEER_DATABASE_URL"])


@app.after_shutdown
async def disconnect() -> None:
    await pool.close()
    await redis.aclose()


async def store(events: list[dict]) -> None:
    await pool.execute(
        INSERT,
        [event["symbol"] for event in events],
        [datetime.fromisoformat(event["at"]) for event in events],
        *([event[number] for event in events] for number in NUMBERS),
    )
    newest: dict[str, dict] = {}
    for event in events:
        known = newest.get(event["symbol"])
        if known is None or event["at"] > known["at"]:
            newest[event["symbol"]] = event
    args = []
    for symbol, event in newest.items():
        args += [symbol, event["at"], json.dumps(event)]
    await set_newer(keys=[LATEST], args=args)


def subscribe() -> None:
    stream = StreamSub(
        STREAM,
        group="peer",
        consumer="peer-1",
        # With the default a new group skips what is there already.
        last_id="0",
        batch=True,
        max_records=2_000,
    )
    broker.subscriber(stream=stream)(store)


async def publish() -> None:
    events = [json.loads(line) for line in sys.stdin]
    async with broker:
        for start in range(0, len(events), 500):
            async with redis.pipeline(transaction=False) as pipeline:
                for event in events[start : start + 500]:
                    await broker.publish(event, stream=STREAM, pipeline=pipeline)
                await pipeline.execute()
    await redis.aclose()


async def consume() -> None:
    subscribe()
    await app.run()


if __name__ == "__main__":
    task = {"publish": publish, "consume": consume}[sys.argv[1]]
    # As FastStream's own command line does where uvloop is installed.
    options = {"loop_factory": uvloop.new_event_loop}
    anyio.run(task, backend_options=options)
