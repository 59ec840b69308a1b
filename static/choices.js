const { dataset } = document.documentElement;
const roomy = "comfortable";
try {
  dataset.density = localStorage.getItem("density");
} catch {
  // Forbidden.
}

addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("density");
  const paint = () => button.ariaPressed = dataset.density === roomy;
  paint();
  button.parentElement.hidden = false;
  button.onclick = () => {
    dataset.density = dataset.density === roomy ? "dense" : roomy;
    paint();
    localStorage.setItem("density", dataset.density);
  };
  document.getElementById("show-keys").onclick = () =>
    document.getElementById("keys").showModal();
});
