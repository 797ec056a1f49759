/** Texts that several tests read. */

/** A policy with one rule, as somebody would write it. */
export function policyText(name: string, check: string, id = `${name.toUpperCase()}-001`): string {
  return `apiVersion: lintel.dev/v1alpha1
kind: Policy
metadata:
  name: ${name}
spec:
  title: A policy
  match:
    resources: [widgets.example.com]
  rules:
    - id: ${id}
      check: ${JSON.stringify(check)}
      message: "the widget is not right"
`;
}

export const SEEDS = new URL('../../../shared/data/seed-configmaps/', import.meta.url);
