using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using static Anneal.Tests.Onnx.SmallGraph;

namespace Anneal.Tests.Onnx.Ir;

public sealed class GraphPrinterTests
{
    [Test]
    public void Print_Graph_IsOneLinePerNode()
    {
        Graph graph = AddRelu();
        graph = graph with
        {
            Initializers = graph.Initializers.Add("long", Tensor.Zeros(DType.Int64, 3, 3)),
            Values = Graph.NoValues.Add("h", TensorType.Of(DType.Float, Dim.Of("N"), 2)),
            Nodes =
            [
                graph.Nodes[0] with { Origin = new Origin("pipelines.yaml", 14, 9, "model.layers[1]") },
                graph.Nodes[1] with { Attributes = Attributes.Of(("b", 0.1f), ("a", "q\"\n"), ("c", new[] { 1L, 2 })) },
            ],
        };

        Assert.That(GraphPrinter.Print(graph), Is.EqualTo(
            """
            graph g(x: float[N,2]) → (y: float[N,2])
              long = int64[3,3] #834a709ba2534ebe
              w = float[1,2] {1,-2}
              h = Add(x, w) : float[N,2]  # add @ pipelines.yaml:14:9 model.layers[1]
              y = Relu<a="q\"\n", b=0.1f, c=[1,2]>(h) : float[N,2]  # relu

            """));
    }

    [Test]
    public void Print_Model_HasFunctionsAndTraining()
    {
        Function function = Function("F", ["a", "b"], ["c"], Node("n", "Add", ["a", ""], ["c", ""])) with
        {
            Attributes = ["k"],
            Defaults = Attributes.Of(("d", 1L)),
        };
        Model model = Model(Of(Node("call", "F", ["x", "x"], ["y"], domain: "test")), function) with
        {
            Metadata = Entries(("m", "v")),
            Training = [new TrainingInfo(null, Anneal.Onnx.Ir.Model.NoMetadata, Step(), Entries(("w", "w2")))],
        };

        Assert.That(GraphPrinter.Print(model), Is.EqualTo(
            """
            model ir 8, opsets ai.onnx 18, test 1
            metadata m = "v"
            graph g(x: float[N,2]) → (y: float[N,2])
              w = float[1,2] {1,-2}
              y = test.F(x, x) : float[N,2]  # call
            function test.F<k, d=1>(a, b) → (c), opsets ai.onnx 18, test 1
              c, _ = Add(a, _)  # n
            training
              graph step() → (w2: float[1,2])
                w2 = Relu(w) : float[1,2]  # s
              update w ← w2

            """));
    }
}
