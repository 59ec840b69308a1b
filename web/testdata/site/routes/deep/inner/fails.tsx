export default function Fails(): never {
  throw new Error("while drawing");
}
