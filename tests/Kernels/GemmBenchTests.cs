using Anneal.Onnx.Kernels;

namespace Anneal.Tests.Kernels;

public sealed class GemmBenchTests
{
    [Test]
    public void Measure_SmallProduct_IsAFractionOfThePeak()
    {
        using Team team = new(1);
        double peak = PeakFlops.Measure(team, 5);
        GemmRow row = GemmBench.Measure(team, peak, 64, 64, 64, seconds: 0.01);
        Assert.That(peak, Is.GreaterThan(0.1));
        Assert.That(row.Gflops, Is.GreaterThan(0));
        Assert.That(row.FractionOfPeak, Is.EqualTo(row.Gflops / peak));
        Assert.That(row, Is.EqualTo(new GemmRow(64, 64, 64, false, false, 1, row.Gflops, row.FractionOfPeak)));
    }
}
