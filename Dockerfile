# The app without root and without a network of its own: docker build -t dsr-atlas . (or podman), compose.yaml runs it.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /atlas

RUN useradd --system --uid 10001 --create-home atlas

# Every package with its hash; what is not in the lock is not installed.
COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

COPY app.py CITATION.cff ./
COPY .streamlit .streamlit
COPY data data
COPY dsr_geo dsr_geo
USER 10001

EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["python", "-m", "dsr_geo", "serve", "--headless", "--address", "0.0.0.0"]
