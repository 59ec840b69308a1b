// Before the first paint: how much room the reader wants rows to take.
try {
  document.documentElement.dataset.density = localStorage.getItem("density") ??
    "dense";
} catch {
  // Storage is forbidden here: rows are as by default.
}
