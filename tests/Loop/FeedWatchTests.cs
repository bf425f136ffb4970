using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Augment;
using Anneal.Trainer.Loop;

namespace Anneal.Tests.Loop;

public sealed class FeedWatchTests
{
    private sealed record Sleep(int Milliseconds) : Augmentation
    {
        public override string Name => "sleep";

        public override void Apply(Canvas canvas, SampleRandom random) => Thread.Sleep(Milliseconds);
    }

    [Test]
    public void Epoch_WaitsAddUp_AreToldOnceAboveATenthAndASecond()
    {
        var watch = new FeedWatch();
        TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
        Assert.That(watch.Epoch(Seconds(2), Seconds(0.9)), Is.Null, "too short to matter");
        Assert.That(watch.Epoch(Seconds(18), Seconds(2)), Is.Null, "a tenth is not above a tenth");
        Assert.That(watch.Epoch(Seconds(20), Seconds(10)), Is.EqualTo(0.25));
        Assert.That(watch.Epoch(Seconds(20), Seconds(30)), Is.Null, "told already");
    }

    [Test]
    public void Waited_SlowAugmentation_IsTheTimeTheConsumerStood()
    {
        Tensor images = Tensor.Zeros(DType.UInt8, 4, 2, 2);
        using var feed = new BatchFeed(
            [images], Tensor.Zeros(DType.Int64, 4), [0, 1, 2, 3], 4, 1, augmenter: new Augmenter([new Sleep(20)], images, 1));
        feed.Next();
        Assert.That(feed.Waited.TotalMilliseconds, Is.GreaterThan(60), "four rows of 20 ms, less what passed before the first was asked for");
    }
}
