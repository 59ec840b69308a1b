/** The name with its mark: a railway signal that shows one light. */
export function Brand() {
  return (
    <a class="brand" href="/">
      <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
        <rect class="box" width="32" height="32" rx="8" />
        <path class="wave" d="M6 20h5l3-9 5 13 3-7h4" />
      </svg>
      Signalbox
    </a>
  );
}
