import { useNavigate, useSearch } from '@tanstack/react-router';

import { Choice } from '../../dashboard/parts/Choice';
import { Code } from '../../dashboard/parts/Code';
import { Panel } from '../../dashboard/parts/Panel';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { usePageContext } from '../../parts/page-context';
import { DeveloperPage } from './DeveloperPage';
import styles from './QuickstartPage.module.css';
import { snippetsFor } from './snippets';

/** The first lines of code, with this project's keys in them. The language stands in the address. */
export function QuickstartPage() {
  const { pk, base } = useProject();
  const { baseUrl } = usePageContext();
  const navigate = useNavigate();
  const search: Record<string, string> = useSearch({ strict: false });
  const snippets = snippetsFor(baseUrl, pk);
  const shown = snippets.find(({ id }) => id === search['in']) ?? snippets[0];
  if (!shown) return null;
  return (
    <DeveloperPage>
      <Choice
        label="Language"
        value={shown.id}
        of={snippets.map(({ id, name }) => ({ value: id, name }))}
        onChange={(id) =>
          void navigate({ to: `${base}/developers/quickstart`, search: { in: id }, replace: true, resetScroll: false })
        }
      />
      <Panel title={shown.name} about="It runs as it stands; keys and addresses are those of this project.">
        <div className={styles.step}>
          <strong>First</strong>
          <Code text={shown.first} label={`${shown.name}: first`} />
        </div>
        <div className={styles.step}>
          <strong>{shown.file}</strong>
          <Code text={shown.text} label={`${shown.name}: ${shown.file}`} tall />
        </div>
        <p className={styles.more}>
          The secret key is on the page <To to={`${base}/developers`}>Keys</To>. Everything else is in the{' '}
          <a href="/docs/">API reference</a>.
        </p>
      </Panel>
    </DeveloperPage>
  );
}
