/** Runs a window of the stream through the handler again: harmless, because handlers are idempotent. */
export function ReplayForm({ signal }: { signal: string }) {
  return (
    <form
      class="filter"
      method="post"
      action={`/streams/${encodeURIComponent(signal)}`}
    >
      <label>
        From (UTC)
        <input type="datetime-local" name="from" />
      </label>
      <label>
        To (UTC)
        <input type="datetime-local" name="to" />
      </label>
      <button type="submit" class="button">Replay</button>
      <span class="small">Left empty: from the first event, to the last.</span>
    </form>
  );
}
