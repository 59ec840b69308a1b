export const Button = () => <button type="button">no route</button>;
