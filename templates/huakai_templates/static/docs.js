/* Shows the API's document with Swagger UI in the place of the plain list. */
(() => {
  const place = document.getElementById("api-docs");
  if (!place || !window.SwaggerUIBundle) return;
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
