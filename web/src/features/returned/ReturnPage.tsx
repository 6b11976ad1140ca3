import { Frame } from '../../parts/Frame';
import { usePageContext } from '../../parts/page-context';

/** `/return`: where people land after a test checkout that named no address of its own. */
export function ReturnPage() {
  const { project } = usePageContext();
  const query = new URLSearchParams(window.location.search);
  const isCanceled = query.has('canceled') || query.has('cancelled');
  return isCanceled ? (
    <Frame title="Nothing was bought" about={`You can close this page and go back to ${project.name}.`} />
  ) : (
    <Frame title="You can go back to the app" about={`All is done here. ${project.name} has been told.`} />
  );
}
