# docker build -t web_single_example .
# docker run -p 8000:8000 web_single_example

ARG BASE_IMAGE=python:3.13-slim

FROM ${BASE_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build

COPY requirements-tools.txt ./
RUN python -m venv /tools && /tools/bin/python -m pip install -r requirements-tools.txt

# Bytecode that never looks at its source holds whatever becomes of the files' times; the last stage is read-only.
COPY pyproject.toml poetry.lock ./
RUN /tools/bin/poetry export --only main,container --output requirements.txt \
    && python -m venv --without-pip /venv \
    && /tools/bin/python -m pip --python /venv/bin/python install --require-hashes --no-deps --only-binary :all: \
        --no-compile -r requirements.txt \
    && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /venv/lib

# Beside the environment, so that a change of ours is a small layer of its own.
COPY README.md LICENSE ./
COPY web_single web_single
COPY web_single_runner web_single_runner
RUN /tools/bin/poetry build --format wheel \
    && /tools/bin/python -m pip --python /venv/bin/python install --no-index --no-deps --no-compile \
        --prefix /package dist/*.whl \
    && python -m compileall -q --invalidation-mode unchecked-hash /package/lib

COPY data_scientist /delivery
RUN chmod -R a=rX /delivery

FROM ${BASE_IMAGE}

# The public images come without the bytecode of the standard library: each start would compile it.
RUN python -m compileall -q -j 0 -x site-packages "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
    && install -d -o 10001 -g 10001 /data /environments /compiled

COPY --from=build /venv /venv
COPY --from=build /package /venv
COPY --from=build /delivery /delivery

# What `web-single build` makes in an image that is made from this one stays in /environments and /compiled.
# HOME is for the caches of what a delivery brings; /tmp is the one folder to write in beside /data.
ENV PATH=/venv/bin:$PATH HOME=/tmp \
    APP_ENV=prod HOST=0.0.0.0 PORT=8000 DOCS=on \
    MODEL_PATH=/delivery/model.joblib DB_URL=sqlite:////data/predictions.db ENVIRONMENT_CACHE_DIR=/environments \
    COMPILED_CACHE_DIR=/compiled
USER 10001:10001

# The compiled model of the example, which takes a few seconds and is proved here.
RUN web-single build

VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "web_single.cli.healthcheck"]

# The first process of a container takes no signal that it has no handler for, and must bury what its children leave.
ENTRYPOINT ["dumb-init", "--", "web-single"]
CMD ["serve"]
