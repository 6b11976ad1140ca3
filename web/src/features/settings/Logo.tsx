import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, useRef, useState } from 'react';

import { Icon } from '../../dashboard/parts/Icon';
import { useSay } from '../../dashboard/parts/Said';
import { useProject } from '../../dashboard/projects';
import { base64Of } from '../../file';
import { tell } from '../../forms/problem-words';
import { asProblem } from '../../forms/useForm';
import { changeLogo, PROJECTS } from '../projects/calls';
import styles from './BrandingPage.module.css';

const TYPES = ['image/png', 'image/jpeg', 'image/webp'];
/** Bytes that the server takes. */
const SIZE_MAX = 256 * 1024;

/** The logo, with a way to choose another or none. */
export function Logo() {
  const { pk, project } = useProject();
  const queries = useQueryClient();
  const say = useSay();
  const input = useRef<HTMLInputElement>(null);
  const [isRunning, setRunning] = useState(false);
  const [trouble, setTrouble] = useState('');
  const { logoUrl } = project.settings;

  async function put(logo: string | null) {
    setRunning(true);
    setTrouble('');
    try {
      await changeLogo(pk, logo);
      await queries.invalidateQueries({ queryKey: PROJECTS });
      say(logo ? 'The logo is saved.' : 'The logo is gone.');
    } catch (thrown) {
      setTrouble(tell(asProblem(thrown)).text);
    }
    setRunning(false);
  }

  async function choose(event: ChangeEvent<HTMLInputElement>) {
    const file = event.currentTarget.files?.[0];
    event.currentTarget.value = '';
    if (!file) return;
    if (!TYPES.includes(file.type)) setTrouble('Choose a PNG, JPEG or WebP file.');
    else if (file.size > SIZE_MAX) setTrouble('The file is larger than 256 KB. Choose a smaller one.');
    else await put(`data:${file.type};base64,${await base64Of(file)}`);
  }

  return (
    <div>
      <div className={styles.label}>Logo</div>
      <div className={styles.logo}>
        {logoUrl ? (
          <img src={logoUrl} alt="" className={styles.image} />
        ) : (
          <span className={styles.image}>
            <Icon name="products" />
          </span>
        )}
        <Button variant="default" loading={isRunning} onClick={() => input.current?.click()}>
          {logoUrl ? 'Choose another' : 'Choose a logo'}
        </Button>
        {logoUrl && (
          <Button variant="subtle" color="gray" onClick={() => void put(null)}>
            Remove
          </Button>
        )}
      </div>
      <input ref={input} type="file" accept={TYPES.join(',')} hidden onChange={(event) => void choose(event)} />
      <p className={styles.help} role="status">
        {trouble || 'Square, PNG, JPEG or WebP, up to 256 KB.'}
      </p>
    </div>
  );
}
