import { asset } from "fresh/runtime";
import { Twin } from "./Counter.tsx";

export default function Shown(props: { when: unknown[] }) {
  return (
    <p>
      <img src={asset("/icon.svg")} alt="" />
      <Twin count={props.when.length} />
    </p>
  );
}
