import { Button } from '@mantine/core';
import { type ChangeEvent, useRef, useState } from 'react';

import { Icon } from '../../dashboard/parts/Icon';
import { useProject } from '../../dashboard/projects';
import { base64Of } from '../../file';
import { tell } from '../../forms/problem-words';
import { asProblem } from '../../forms/useForm';
import { uploadAsset } from './calls';
import styles from './Picture.module.css';

const TYPES = ['image/png', 'image/jpeg', 'image/webp'];
/** Bytes that the server takes of one file. */
const SIZE_MAX = 10 * 1024 * 1024;

/** The picture of a product, with a way to choose another. */
export function Picture({ url, onChange }: { url: string; onChange: (url: string) => void }) {
  const { pk } = useProject();
  const input = useRef<HTMLInputElement>(null);
  const [isRunning, setRunning] = useState(false);
  const [trouble, setTrouble] = useState('');

  async function choose(event: ChangeEvent<HTMLInputElement>) {
    const file = event.currentTarget.files?.[0];
    event.currentTarget.value = '';
    if (!file) return;
    const wrong = wrongWith(file);
    setTrouble(wrong ?? '');
    if (wrong) return;
    setRunning(true);
    try {
      const data = await base64Of(file);
      onChange((await uploadAsset(pk, { filename: file.name, contentType: file.type, data })).url);
    } catch (thrown) {
      setTrouble(tell(asProblem(thrown)).text);
    }
    setRunning(false);
  }

  return (
    <div>
      <div className={styles.label}>Picture (optional)</div>
      <div className={styles.picture}>
        {url ? (
          <img src={url} alt="" className={styles.image} />
        ) : (
          <div className={styles.image}>
            <Icon name="products" size={20} />
          </div>
        )}
        <Button variant="default" loading={isRunning} onClick={() => input.current?.click()}>
          {url ? 'Choose another' : 'Choose a picture'}
        </Button>
        {url && (
          <Button variant="subtle" color="gray" onClick={() => onChange('')}>
            Remove
          </Button>
        )}
      </div>
      <input type="hidden" name="imageUrl" value={url} />
      <input ref={input} type="file" accept={TYPES.join(',')} hidden onChange={(event) => void choose(event)} />
      <p className={styles.help} role="status">
        {trouble || 'PNG, JPEG or WebP, up to 10 MB.'}
      </p>
    </div>
  );
}

function wrongWith(file: File): string | null {
  if (!TYPES.includes(file.type)) return 'Choose a PNG, JPEG or WebP file.';
  return file.size > SIZE_MAX ? 'The file is larger than 10 MB. Choose a smaller one.' : null;
}
