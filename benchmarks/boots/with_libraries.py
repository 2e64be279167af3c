"""The node written by hand, beside the libraries that recon stands on: what a boot takes beyond it is recon's own."""

import redis
import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.boots.hand_written import main

LOADED = (redis.Redis, structlog.get_logger, BaseModel, ConfigDict, Field, ValidationError)
"""Pydantic loads what is named of it, and nothing before."""

if __name__ == "__main__":
    main()
