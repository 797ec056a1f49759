import { matchGlob } from '../logic/operators/glob.ts';
import type { PolicyDocument, PolicySettingsDocument } from '../types.ts';
import { checkParameter } from './parameters.ts';
import type { Report } from './report.ts';

/** The settings that are about a policy: as a whole (`ids` null), or about some of its rules. */
export interface Applied {
  setting: PolicySettingsDocument;
  ids: string[] | null;
}

export function settingsFor(document: PolicyDocument, settings: readonly PolicySettingsDocument[]): Applied[] {
  return settings.flatMap((setting): Applied[] => {
    const fits = (name: string) =>
      setting.spec.policies.some((pattern) => pattern === name || matchGlob(name, pattern));
    if (fits(document.metadata.name)) return [{ setting, ids: null }];
    const ids = document.spec.rules.map((rule) => rule.id).filter((id) => fits(id) || fits(id.replace(/\/.*$/, '')));
    return ids.length > 0 ? [{ setting, ids }] : [];
  });
}

/**
 * Holds settings against the policies they are about. A value that does not fit is the settings' error: they are left
 * out whole, and the policy stays as it is. Settings that reach nothing are told of, for they only look like relief.
 */
export function checkSettings(
  setting: PolicySettingsDocument,
  report: Report,
  policies: readonly PolicyDocument[],
): void {
  const about = policies.filter((policy) => settingsFor(policy, [setting]).length > 0);
  if (about.length === 0) {
    report.warn(
      'unknown-reference',
      '/spec/policies',
      `no policy or rule is called ${setting.spec.policies.map((name) => `\`${name}\``).join(', ')}`,
    );
    return;
  }
  for (const [name, value] of Object.entries(setting.spec.parameters ?? {})) {
    const at = `/spec/parameters/${name}`;
    const declared = about.flatMap(({ spec, metadata }) => {
      const parameter = Object.hasOwn(spec.parameters ?? {}, name) ? spec.parameters?.[name] : undefined;
      return parameter ? [{ parameter, policy: metadata.name }] : [];
    });
    if (declared.length === 0) report.warn('unknown-name', at, `none of the policies has a parameter \`${name}\``);
    for (const { parameter, policy } of declared) {
      const wrong = checkParameter(parameter, value);
      if (wrong) report.add('bad-value', at, `parameter \`${name}\` of policy \`${policy}\` ${wrong}`);
    }
  }
}
