/* Shows the API's document with Swagger UI in the place of the plain list, dark where the page is dark. */
(() => {
  const place = document.getElementById("api-docs"), root = document.documentElement;
  if (!place || !window.SwaggerUIBundle) return;
  const dress = () => root.classList.toggle("dark-mode", root.getAttribute("data-bs-theme") === "dark");
  new MutationObserver(dress).observe(root, { attributes: true, attributeFilter: ["data-bs-theme"] });
  dress();
  place.replaceChildren();
  window.SwaggerUIBundle({
    url: place.dataset.url,
    domNode: place,
    deepLinking: true,
    validatorUrl: null,
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    requestSnippetsEnabled: false,
  });
})();
