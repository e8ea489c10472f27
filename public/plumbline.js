// Sentence marks and citation chips are links only in form: following them would open a tab or jump to the top.
(() => {
  const MARKS = 'a[href="#partial"], a[href="#none"], a.element-link[href="#"]';

  const stay = (event) => {
    if (event.target instanceof Element && event.target.closest(MARKS)) {
      event.preventDefault();
    }
  };

  // Propagation goes on, so React's own handlers still run; auxclick covers the middle button.
  document.addEventListener("click", stay);
  document.addEventListener("auxclick", stay);
})();
