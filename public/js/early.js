/*
 * Runs before the first paint: what a page knows from its last visit, so that nothing moves when
 * the rest arrives.
 */
if (localStorage.getItem('dreamcore_demo') === 'yes')
  document.documentElement.classList.add('expects-demo');
