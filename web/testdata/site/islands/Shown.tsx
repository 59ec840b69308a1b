import { useSignal } from "@preact/signals";
import { asset } from "fresh/runtime";
import { Twin } from "./Counter.tsx";

export default function Shown(props: { when: unknown[] }) {
  const inner = useSignal(props.when.length);
  return (
    <p>
      <img src={asset("/icon.svg")} alt="" />
      <Twin count={inner} />
    </p>
  );
}
