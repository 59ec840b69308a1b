/** What pages are made of: sections with figures, badges, links, and forms whose buttons command something. */
import type { ComponentChildren, ComponentProps } from "preact";

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

const marks: Record<string, [mark: string, tone: string]> = {
  running: ["●", "good"],
  ready: ["●", "good"],
  done: ["✓", "good"],
  handled: ["✓", "good"],
  armed: ["●", "good"],
  waiting: ["◌", "idle"],
  fired: ["✓", "idle"],
  expired: ["■", "idle"],
  scanning: ["◌", "busy"],
  starting: ["◌", "busy"],
  restarting: ["◌", "busy"],
  redriving: ["◌", "busy"],
  resting: ["☾", "idle"],
  paused: ["❚❚", "idle"],
  stopped: ["■", "idle"],
  stopping: ["■", "idle"],
  degraded: ["▲", "warn"],
  warning: ["▲", "warn"],
  failed: ["✕", "bad"],
  dead: ["✕", "bad"],
  "failed-again": ["✕", "bad"],
};

/** A state as a word with a mark of its own shape: readable without its colour. */
export function StateBadge(
  { state, children }: { state: string; children?: string },
) {
  const [mark, tone] = marks[state] ?? ["●", "idle"];
  return (
    <span class={`badge ${tone}`}>
      <span aria-hidden="true">{mark}</span> {children ?? heading(state)}
    </span>
  );
}

/** `short-interest` is `Short interest`. */
export function heading(name: string): string {
  const words = name.replaceAll(/[-_]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

interface FormProps {
  action: string;
  /** Sent along. */
  fields?: Readonly<Record<string, string>>;
  class?: string;
  /** Does it without leaving the page. */
  onCommand?: () => void;
  children: ComponentChildren;
}

/** Works without JavaScript, and an island may take it over. */
export function CommandForm(props: FormProps) {
  const { action, fields = {}, onCommand, children } = props;
  return (
    <form
      class={props.class}
      method="post"
      action={action}
      onSubmit={onCommand && ((event) => {
        event.preventDefault();
        onCommand();
      })}
    >
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {children}
    </form>
  );
}

type ButtonProps = ComponentProps<"button"> & { intent: string };

export function CommandButton({ intent, ...rest }: ButtonProps) {
  return (
    <button
      type="submit"
      class="button small"
      name="intent"
      value={intent}
      {...rest}
    />
  );
}

type CommandProps =
  & Required<Pick<FormProps, "action" | "fields" | "onCommand">>
  & ButtonProps;

/** A form of one button. */
export function Command(
  { action, fields, onCommand, ...button }: CommandProps,
) {
  return (
    <CommandForm action={action} fields={fields} onCommand={onCommand}>
      <CommandButton {...button} />
    </CommandForm>
  );
}

interface LinkProps {
  href: string | null | undefined;
  children: ComponentChildren;
  class?: string;
}

/**
 * A link to an address that came from outside: http and https only, so that no `javascript:` or `data:`
 * address of a headline is ever followed.
 */
export function SafeLink({ href, children, ...rest }: LinkProps) {
  const address = webAddress(href);
  if (!address) return <span class={rest.class}>{children}</span>;
  return (
    <a
      class={rest.class}
      href={address}
      target="_blank"
      rel="noopener noreferrer"
    >
      {children}
      <span class="sr">(opens in a new tab)</span>
    </a>
  );
}

/** The address as a browser reads it, or null if it is not http or https. */
export function webAddress(text: string | null | undefined): string | null {
  const url = URL.parse(text ?? "");
  return url && /^https?:$/.test(url.protocol) ? url.href : null;
}
