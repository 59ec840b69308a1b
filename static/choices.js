// Before anything is painted: how much room rows take, and in which colours up and down are told.
const { dataset } = document.documentElement;
const choices = {
  density: ["dense", "comfortable"],
  colours: ["green", "blue"],
};

for (const name of Object.keys(choices)) {
  try {
    dataset[name] = localStorage.getItem(name) ?? choices[name][0];
  } catch {
    // Forbidden.
  }
}

addEventListener("DOMContentLoaded", () => {
  for (const [name, [usual, other]] of Object.entries(choices)) {
    const button = document.getElementById(name);
    if (!button) continue;
    const paint = () => button.ariaPressed = dataset[name] === other;
    paint();
    button.parentElement.hidden = false;
    button.onclick = () => {
      dataset[name] = dataset[name] === other ? usual : other;
      paint();
      localStorage.setItem(name, dataset[name]);
    };
  }
  const keys = document.getElementById("show-keys");
  if (keys) keys.onclick = () => document.getElementById("keys").showModal();
});
