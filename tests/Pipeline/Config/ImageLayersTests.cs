using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Pipeline.Config;

internal sealed class ImageLayersTests
{
    [Test]
    public void Build_OptionsOfImageLayers_BecomeLayers()
    {
        var options = new LayersOptions
        {
            Layers =
            [
                new ConvOptions { Filters = 8, Kernel = 5, Padding = 0, Activation = ActivationKind.Relu },
                new MaxPoolOptions { Size = 3 },
                new ResidualOptions { Layers = [new ConvOptions { Filters = 8 }, new BatchNormOptions()], Activation = ActivationKind.Relu },
                new DenseOptions { Units = null },
            ],
        };

        Network network = NetworkBuilder.Build(options, 10, _ => Origin.Default);

        Assert.That(network.Layers.Select(l => l.Name), Is.EqualTo(new[] { "conv1", "maxpool1", "residual1", "dense1" }));
        Assert.That(((Layer.Conv)network.Layers[0]).Padding, Is.Zero);
        Assert.That(((Layer.MaxPool)network.Layers[1]).Stride, Is.EqualTo(3));
        var residual = (Layer.Residual)network.Layers[2];
        Assert.That(residual.Layers.Select(l => l.Name), Is.EqualTo(new[] { "conv2", "batch_norm1" }));
        Assert.That(residual.Layers[0].Origin.Path, Is.EqualTo("model.layers.2.residual.layers.0"));
    }
}
