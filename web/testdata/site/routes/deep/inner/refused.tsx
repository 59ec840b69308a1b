import Shown from "../../../islands/Shown.tsx";

export default function Refused() {
  return <Shown when={[{ at: new Date(0) }]} />;
}
