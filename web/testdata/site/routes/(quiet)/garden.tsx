export default function Garden() {
  return <h1>Garden</h1>;
}
