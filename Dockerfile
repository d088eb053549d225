# Proviso as one image for the API and for workers; docker-compose.yml shows both.
FROM python:3.11-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/proviso
WORKDIR /src
COPY pyproject.toml constraints.txt ./
COPY proviso proviso
COPY records records
COPY ingest ingest
COPY analysis analysis
COPY api api
RUN /opt/proviso/bin/python -m pip install --constraint constraints.txt .


FROM python:3.11-slim

# Text recognition for scanned pages; build with --build-arg OCR=no to leave it out.
ARG OCR=yes
RUN if [ "$OCR" = yes ]; then \
        apt-get update \
        && apt-get install --yes --no-install-recommends tesseract-ocr tesseract-ocr-eng \
        && rm -rf /var/lib/apt/lists/*; \
    fi

RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/proviso proviso
COPY --from=build /opt/proviso /opt/proviso

ENV PATH=/opt/proviso/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PROVISO_HOST=0.0.0.0 \
    PROVISO_PORT=8000 \
    PROVISO_DATA_DIR=/var/lib/proviso

USER proviso
WORKDIR /var/lib/proviso
VOLUME /var/lib/proviso
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4).read()"]

ENTRYPOINT ["proviso"]
CMD ["serve"]
