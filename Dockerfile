# One image for every process; what it runs is a task of ./run, by itself the whole service.
FROM python:3.11-slim

# Pillow looks for it when a text runs from right to left.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libfribidi0 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/imagepro
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt

RUN useradd --system --no-create-home imagepro \
    && install --directory --owner imagepro --mode 700 /data
COPY . .

# ./run uses the interpreter named here instead of making a .venv.
ENV IMAGEPRO_PYTHON=/usr/local/bin/python \
    DATA_DIR=/data \
    HOST=0.0.0.0
USER imagepro
EXPOSE 8000
CMD ["./run", "serve"]
