/** A section of a page, and the figures in it. */
import type { ComponentChildren } from "preact";

interface CardProps {
  /** Of its title, which names the section. */
  id: string;
  title: ComponentChildren;
  /** Beside the title; a text is small. */
  aside?: ComponentChildren;
  children: ComponentChildren;
}

export function Card({ id, title, aside, children }: CardProps) {
  return (
    <section class="card" aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        {typeof aside === "string" ? <span class="small">{aside}</span> : aside}
      </header>
      {children}
    </section>
  );
}

interface FiguresProps {
  /** By what they are called. */
  of: Readonly<Record<string, ComponentChildren>>;
  class?: string;
}

export function Figures({ of, class: look = "figures" }: FiguresProps) {
  return (
    <dl class={look}>
      {Object.entries(of).map(([name, figure]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}
