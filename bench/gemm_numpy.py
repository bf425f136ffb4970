"""GFLOP/s of a square float32 product in NumPy, the fastest of the runs that fit the time: gemm_numpy.py SIZE SECONDS"""
import json, sys, time
import numpy

size, seconds = int(sys.argv[1]), float(sys.argv[2])
a = numpy.full((size, size), 0.5, numpy.float32)
b = numpy.full((size, size), 0.25, numpy.float32)
c = numpy.empty((size, size), numpy.float32)
numpy.matmul(a, b, out=c)
if "openblas" not in open("/proc/self/maps").read():
    sys.exit("NumPy multiplies with another library than OpenBLAS here: name a --root that has libopenblas")
best, end = float("inf"), time.perf_counter() + seconds
while time.perf_counter() < end:
    start = time.perf_counter()
    numpy.matmul(a, b, out=c)
    best = min(best, time.perf_counter() - start)
print(json.dumps({"gflops": 2 * size**3 / best / 1e9}))
