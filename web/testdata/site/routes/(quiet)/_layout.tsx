import type { PageProps } from "fresh";

export default ({ Component }: PageProps) => (
  <div class="quiet">
    <Component />
  </div>
);
