/** Forms whose buttons command something: they work without JavaScript, and an island may take them over. */
import type { ComponentChildren, ComponentProps } from "preact";

interface FormProps {
  action: string;
  /** Sent along. */
  fields?: Readonly<Record<string, string>>;
  class?: string;
  /** Does it without leaving the page. */
  onCommand?: () => void;
  children: ComponentChildren;
}

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
