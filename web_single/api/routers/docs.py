"""The documentation page: Swagger UI, all of it from this server, and the document that it shows."""

import base64
import hashlib
import re

from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

from web_single.api.dependencies import StatusServiceDependency
from web_single.api.openapi.document import describe

ASSETS = "docs/assets"

router = APIRouter(include_in_schema=False)


@router.get("/")
async def redirect_to_docs() -> RedirectResponse:
    """Lead who opens the server in a browser to the page."""
    return RedirectResponse("docs")


@router.get("/docs")
async def get_docs(request: Request) -> HTMLResponse:
    """Return the page. Its links are relative, so that it works behind any proxy."""
    page = get_swagger_ui_html(
        title=request.app.title,
        openapi_url="openapi.json",
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon-32x32.png",
        swagger_ui_parameters={"displayRequestDuration": True, "validatorUrl": None},
    )
    page.headers["Content-Security-Policy"] = content_security_policy(bytes(page.body).decode())
    return page


@router.get(f"/{ASSETS}/{{name}}")
async def get_asset(name: str, request: Request) -> Response:
    """Return a script, a style or the icon of the page, as the package fastapi-swagger carries them."""
    # Its own routes name them by the scheme and host that the server sees, which behind a proxy are not those
    # of the browser, and send them anew each time.
    # Ranges are passed over: what is wrong with one would be answered in plain text.
    request.scope["headers"] = [(key, value) for key, value in request.scope["headers"] if key != b"range"]
    return await StaticFiles(packages=[("fastapi_swagger", "resources")]).get_response(name, request.scope)


@router.get("/openapi.json")
async def get_openapi_document(request: Request, service: StatusServiceDependency) -> JSONResponse:
    """Return the OpenAPI document, with what is known of the model."""
    return JSONResponse(describe(request.app.openapi(), service.describe_model(), service.get_example()))


def content_security_policy(page: str) -> str:
    """Let the page load from this server alone, and run its own inline script and no other."""
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; connect-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        f"script-src 'self' 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
